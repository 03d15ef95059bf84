import type { ActContext } from '#kernel';
import { Act, act, Ctx, idParam, In, pageOf, type Input, type Output } from '#platform/http';
import { pageQuery } from '#platform/http/schemas';
import { Controller } from '@nestjs/common';
import { Catalogue, type CatalogueImage } from '../application/catalogue.js';
import { CatalogueImageView, EnterImage } from '../contract.js';

const enter = act({
  method: 'POST',
  path: '/catalogue-images',
  action: 'catalogue-image.listed',
  summary: { zh: '镜像入目录', en: 'Enter an image in the catalogue' },
  roles: ['platform-operator'],
  scope: 'platform',
  body: EnterImage,
  response: CatalogueImageView,
});
const list = act({
  method: 'GET',
  path: '/catalogue-images',
  action: 'catalogue-image.read',
  summary: { zh: '镜像目录', en: 'The catalogue of images' },
  roles: 'signed-in',
  scope: 'platform',
  query: pageQuery,
  response: pageOf(CatalogueImageView),
});
const withdraw = act({
  method: 'POST',
  path: '/catalogue-images/:id/withdrawals',
  action: 'catalogue-image.withdrawn',
  summary: { zh: '镜像移出目录', en: 'Withdraw an image from the catalogue' },
  roles: ['platform-operator', 'security-admin'],
  scope: 'platform',
  params: idParam,
  response: CatalogueImageView,
});

@Controller()
export class CatalogueController {
  constructor(private readonly catalogue: Catalogue) {}

  @Act(enter)
  async enter(@Ctx() ctx: ActContext, @In() input: Input<typeof enter>): Output<typeof enter> {
    return viewOf(await this.catalogue.enter(ctx, input.body));
  }

  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.catalogue.page(ctx, input.query);
    return { items: page.items.map(viewOf), next: page.next };
  }

  @Act(withdraw)
  async withdraw(@Ctx() ctx: ActContext, @In() input: Input<typeof withdraw>): Output<typeof withdraw> {
    return viewOf(await this.catalogue.withdraw(ctx, input.params.id));
  }
}

const viewOf = ({ id, version, image, title, purpose, zones, withdrawnAt }: CatalogueImage): CatalogueImage => ({
  ...{ id, version, image, title, purpose, withdrawnAt },
  zones: [...zones],
});
