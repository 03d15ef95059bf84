import type { ContextDeclaration } from '#kernel';
import { auditContext } from '#audit';
import { authorisationsContext } from '#authorisations';
import { domainsContext } from '#domains';
import { coderunsContext } from '#coderuns';
import { datasetsContext } from '#datasets';
import { desensitisationContext } from '#desensitisation';
import { seatsContext } from '#seats';
import { terminationsContext } from '#terminations';
import { exportsContext } from '#exports';
import { identityContext } from '#identity';
import { meteringContext } from '#metering';
import { networkLogsContext } from '#networklogs';
import { oversightContext } from '#oversight';

/** Every context of the product, upstream first. Adding one here is all that composing it takes. */
export const contexts: readonly ContextDeclaration[] = [
  identityContext,
  authorisationsContext,
  datasetsContext,
  domainsContext,
  seatsContext,
  desensitisationContext,
  coderunsContext,
  exportsContext,
  terminationsContext,
  auditContext,
  networkLogsContext,
  meteringContext,
  oversightContext,
];
