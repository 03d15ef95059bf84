import { Refusal, type Json } from '#kernel';
import { analyse, type Reading } from '../domain/code.js';
import type { Protected } from '../domain/plan/protect.js';
import type { RefusalCode } from '../domain/refusals.js';

/** What the process answers with: refusals go from process to process as what they are made of. */
export type Analysed =
  { readonly made: Protected } | { readonly refused: { readonly code: RefusalCode; readonly details: Readonly<Record<string, Json>> } };

function analysed(reading: Reading): Analysed {
  try {
    return { made: analyse(reading) };
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    return { refused: { code: fault.code as RefusalCode, details: fault.details } };
  }
}

process.once('message', (reading) => {
  process.send?.(analysed(reading as Reading), () => {
    process.disconnect();
  });
});
