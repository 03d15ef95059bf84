import { SignIn, TOKEN_VERIFIER, IdentityModule } from '#identity';
import { LIMITS } from '#platform/config';
import { DatabaseClock, EpochReader, JournalSealer, UnitOfWork } from '#platform/database';
import { INSTALLATION, SignedDocuments } from '#platform/documents';
import { ENGINE, SCRATCH } from '#platform/engine';
import { AUTHENTICATOR, Canaries, CLOCK, LOGGER, REFUSALS, RouteTable, UNDER } from '#platform/http';
import { KEYS } from '#platform/keys';
import { CLUSTER } from '#platform/kube';
import { OBJECTS } from '#platform/objects';
import { Handlers } from '#platform/queue';
import { ReadBacks } from '#platform/readback';
import { Seams } from '#platform/seams';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { contextConfig } from './config.js';
import { undersOf, type Platform } from './platform.js';

/** Gives the opened ports to every context by their tokens. */
@Module({})
export class PlatformModule {
  static of(platform: Platform): DynamicModule {
    const ports = [
      { provide: UnitOfWork, useValue: platform.unitOfWork },
      { provide: EpochReader, useValue: platform.epochs },
      { provide: JournalSealer, useValue: platform.sealer },
      { provide: DataSource, useValue: platform.dataSource },
      { provide: KEYS, useValue: platform.keys },
      { provide: OBJECTS, useValue: platform.objects },
      { provide: CLUSTER, useValue: platform.cluster },
      { provide: ENGINE, useValue: platform.engine },
      { provide: SCRATCH, useValue: platform.scratch },
      { provide: TOKEN_VERIFIER, useValue: platform.verifier },
      { provide: CLOCK, useValue: platform.clock },
      { provide: DatabaseClock, useValue: platform.databaseClock },
      { provide: LOGGER, useValue: platform.log },
      { provide: LIMITS, useValue: platform.config.limits },
      { provide: INSTALLATION, useValue: platform.installation },
      { provide: REFUSALS, useValue: platform.refusals },
      { provide: UNDER, useValue: undersOf(platform.contexts) },
      ...platform.contexts.flatMap(({ config }) =>
        config === undefined ? [] : [{ provide: config.token, useValue: contextConfig(platform.config, config.name) }],
      ),
    ];
    return {
      module: PlatformModule,
      global: true,
      imports: [DiscoveryModule],
      providers: [...ports, ReadBacks, Seams, SignedDocuments, Handlers, RouteTable, Canaries],
      exports: [...ports.map((port) => port.provide), ReadBacks, Seams, SignedDocuments, Handlers, RouteTable, Canaries, DiscoveryModule],
    };
  }
}

const contextModules = (platform: Platform): Type[] => platform.contexts.map((context) => context.module as unknown as Type);

/** Composed by every application: the ports, the contexts' use cases, and what this application runs of them. */
@Module({})
export class ComposedModule {
  static of(platform: Platform, runs: { controllers?: readonly unknown[]; providers?: readonly unknown[] }): DynamicModule {
    return {
      module: ComposedModule,
      imports: [PlatformModule.of(platform), ...contextModules(platform), IdentityModule],
      controllers: [...(runs.controllers ?? [])] as Type[],
      providers: [{ provide: AUTHENTICATOR, useExisting: SignIn }, ...((runs.providers ?? []) as Type[])],
    };
  }
}
