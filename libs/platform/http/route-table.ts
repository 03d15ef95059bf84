import { Injectable } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { actMetadata, type ActSpec } from './act.js';

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
   * routes share (it is the operation's id in OpenAPI): then nothing starts (ACC-02, AUD-01).
   */
  acts(knownActions: ReadonlySet<string>): readonly ActSpec[] {
    const acts: ActSpec[] = [];
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
        else acts.push(spec);
      }
    }
    faults.push(...repeated(acts.map(({ method, path }) => `${method} ${path}`)).map((route) => `two handlers serve ${route}`));
    faults.push(...repeated(acts.map(({ action }) => action)).map((action) => `two routes name ${action}`));
    if (faults.length > 0) throw new Error(`routes that may not start:\n  ${faults.join('\n  ')}`);
    return acts;
  }
}

const repeated = (words: readonly string[]): string[] => [...new Set(words.filter((word, at) => words.indexOf(word) !== at))];
