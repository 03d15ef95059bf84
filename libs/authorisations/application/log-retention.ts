import { dayOf, type Id } from '#kernel';
import type { Tx } from '#platform/database';
import { Implements, type LogMonths, type LogRetention } from '#platform/seams';
import { Inject, Injectable } from '@nestjs/common';
import { AUTHORISATIONS_CONFIG, type AuthorisationsConfig } from '../config.js';
import { resolveProfile, valueIfGiven } from '../domain/jurisdictions/resolve.js';
import { AuthorisationsRepository } from '../persistence/authorisations.repository.js';
import { Jurisdictions } from './jurisdictions.js';

/**
 * The one owner of how long network logs are kept (LOG-01): what the region's profile asks for today, or what the installation is set
 * to, whichever is longer. Network logs, certificates and the board all ask here.
 */
@Implements('log-retention')
@Injectable()
export class LogRetentionMonths implements LogRetention {
  constructor(
    private readonly repository: AuthorisationsRepository,
    private readonly jurisdictions: Jurisdictions,
    @Inject(AUTHORISATIONS_CONFIG) private readonly config: AuthorisationsConfig,
  ) {}

  async of(tx: Tx, authorisationId: Id): Promise<number> {
    const { profileId } = await this.repository.get(tx, authorisationId);
    return (await this.byProfile(tx, [profileId])).get(profileId) ?? this.config.logRetentionMonths;
  }

  async all(tx: Tx): Promise<LogMonths> {
    const authorisations = await this.repository.profiles(tx);
    const months = await this.byProfile(tx, [...new Set(authorisations.map(({ profileId }) => profileId))]);
    return {
      otherwise: this.config.logRetentionMonths,
      of: new Map(authorisations.map(({ id, profileId }) => [id, months.get(profileId) ?? this.config.logRetentionMonths])),
    };
  }

  private async byProfile(tx: Tx, profileIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const entries = await this.jurisdictions.entries(tx);
    const configured = this.config.logRetentionMonths;
    return new Map(
      profileIds.map((id) => {
        const stated = valueIfGiven(resolveProfile(id, dayOf(tx.context.at), entries), 'logRetention');
        return [id, Math.max(stated?.months ?? configured, configured)];
      }),
    );
  }
}
