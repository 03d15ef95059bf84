import type { ActContext } from '#kernel';
import { SignedDocuments } from '#platform/documents';
import { Act, Ctx, In, type Input, type Output } from '#platform/http';
import { Controller } from '@nestjs/common';
import { ReleaseManifest } from '../contract.js';
import { ExportRequests } from '../application/export-requests.js';
import { Repairs } from '../application/repairs.js';
import { Releases } from '../application/releases.js';
import { ExportReviews } from '../application/reviews.js';
import * as acts from './export-requests.acts.js';

@Controller()
export class ExportRequestsController {
  constructor(
    private readonly requests: ExportRequests,
    private readonly repairs: Repairs,
    private readonly reviewing: ExportReviews,
    private readonly releases: Releases,
    private readonly documents: SignedDocuments,
  ) {}

  @Act(acts.openRequest)
  open(@Ctx() ctx: ActContext, @In() input: Input<typeof acts.openRequest>): Output<typeof acts.openRequest> {
    return this.requests.open(ctx, input.body);
  }
  @Act(acts.listRequests)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof acts.listRequests>): Output<typeof acts.listRequests> {
    const page = await this.requests.list(ctx, input.query);
    return { items: [...page.items], next: page.next };
  }
  @Act(acts.readRequest)
  read(@Ctx() ctx: ActContext, @In() input: Input<typeof acts.readRequest>): Output<typeof acts.readRequest> {
    return this.requests.read(ctx, input.params.id);
  }
  @Act(acts.submitRequest)
  submit(@Ctx() ctx: ActContext, @In() input: Input<typeof acts.submitRequest>): Output<typeof acts.submitRequest> {
    return this.requests.submit(ctx, input.params.id);
  }
  @Act(acts.repairRequest)
  repair(@Ctx() ctx: ActContext, @In() input: Input<typeof acts.repairRequest>): Output<typeof acts.repairRequest> {
    return this.repairs.accept(ctx, input.params.id);
  }
  @Act(acts.withdrawRequest)
  withdraw(@Ctx() ctx: ActContext, @In() input: Input<typeof acts.withdrawRequest>): Output<typeof acts.withdrawRequest> {
    return this.requests.withdraw(ctx, input.params.id, input.body.reason);
  }
  @Act(acts.readChecks)
  readChecks(@Ctx() ctx: ActContext, @In() input: Input<typeof acts.readChecks>): Output<typeof acts.readChecks> {
    return this.reviewing.checks(ctx, input.params.id);
  }
  @Act(acts.readPreview)
  readPreview(@Ctx() ctx: ActContext, @In() input: Input<typeof acts.readPreview>): Output<typeof acts.readPreview> {
    return this.reviewing.preview(ctx, input.params.id);
  }
  @Act(acts.reviewRequest)
  review(@Ctx() ctx: ActContext, @In() input: Input<typeof acts.reviewRequest>): Output<typeof acts.reviewRequest> {
    return this.reviewing.decide(ctx, input.params.id, input.body);
  }
  @Act(acts.readReviews)
  readReviews(@Ctx() ctx: ActContext, @In() input: Input<typeof acts.readReviews>): Output<typeof acts.readReviews> {
    return this.reviewing.reviews(ctx, input.params.id, input.query);
  }
  @Act(acts.releaseRequest)
  release(@Ctx() ctx: ActContext, @In() input: Input<typeof acts.releaseRequest>): Output<typeof acts.releaseRequest> {
    return this.releases.release(ctx, input.params.id);
  }
  @Act(acts.readManifest)
  async readManifest(@Ctx() ctx: ActContext, @In() input: Input<typeof acts.readManifest>): Output<typeof acts.readManifest> {
    return ReleaseManifest.parse(await this.documents.handedOut(ctx, await this.releases.manifestOf(ctx, input.params.id)));
  }
}
