import { Injectable } from '@nestjs/common';
import { PATH_METADATA, RESPONSE_PASSTHROUGH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { actMetadata, worksInside, type ActSpec, type RoutedAct } from './act.js';
import { operationId } from './openapi-names.js';

/** Every route of the application, read from its controllers; what it feeds: the permission table, OpenAPI, the audit test. */
@Injectable()
export class RouteTable {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /**
   * @throws Error naming each route without a declaration, and each action that no context declares or that two
   * routes share (it is the operation's id in OpenAPI), each act of developers that says nothing of their seat, and each handler that could move bytes past the guard of transfers: then nothing
   * starts (ACC-02, AUD-01).
   */
  acts(knownActions: ReadonlySet<string>): readonly RoutedAct[] {
    const acts: RoutedAct[] = [];
    const faults: string[] = [];
    for (const wrapper of this.discovery.getControllers()) {
      const prototype = wrapper.metatype?.prototype as Record<string, object> | undefined;
      if (prototype === undefined) continue;
      for (const method of this.scanner.getAllMethodNames(prototype)) {
        const handler = prototype[method];
        if (handler === undefined || Reflect.getMetadata(PATH_METADATA, handler) === undefined) continue;
        const spec = this.reflector.get<ActSpec | undefined>(actMetadata, handler as never);
        if (spec === undefined) faults.push(`${wrapper.name}.${method} declares no act`);
        else if (!knownActions.has(spec.action)) faults.push(`${wrapper.name}.${method} names ${spec.action}, which no context declares`);
        else acts.push({ ...spec, handler: method });
        if (spec !== undefined && worksInside(spec) && spec.seat === undefined)
          faults.push(`${wrapper.name}.${method} is open to developers and does not say whose seat it needs`);
        faults.push(
          ...takesRaw(wrapper.metatype, method, spec).map(
            (what) => `${String(wrapper.name)}.${method} takes ${what}: bytes would pass unguarded`,
          ),
        );
      }
    }
    faults.push(...repeated(acts.map(({ method, path }) => `${method} ${path}`)).map((route) => `two handlers serve ${route}`));
    faults.push(...repeated(acts.map(({ action }) => action)).map((action) => `two routes name ${action}`));
    faults.push(...repeated(acts.map(operationId)).map((id) => `two routes are the operation ${id}`));
    if (faults.length > 0) throw new Error(`routes that may not start:\n  ${faults.join('\n  ')}`);
    return acts;
  }
}

const repeated = (words: readonly string[]): string[] => [...new Set(words.filter((word, at) => words.indexOf(word) !== at))];

/** Nest's numbers of the parameters by which a handler would get at the connection itself. */
const rawRequest = 0;
const rawResponse = 1;

function takesRaw(controller: unknown, method: string, spec: ActSpec | undefined): string[] {
  const taken = Object.keys((Reflect.getMetadata(ROUTE_ARGS_METADATA, controller as object, method) ?? {}) as object);
  const takes = (parameter: number): boolean => taken.some((key) => key.startsWith(`${String(parameter)}:`));
  const passes = Reflect.getMetadata(RESPONSE_PASSTHROUGH_METADATA, controller as object, method) === true;
  return [
    ...(takes(rawRequest) && spec?.streams !== undefined ? ['the raw request'] : []),
    ...(takes(rawResponse) && !passes ? ['the raw response'] : []),
  ];
}
