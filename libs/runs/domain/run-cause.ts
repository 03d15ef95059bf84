import type { Refusal } from '#kernel';

/** Why a run came to nothing: what may be told of it. Names of fields, kinds of errors and places in the code, never a value. */
export interface RunCause {
  readonly code: string;
  readonly kind?: string;
  readonly step?: number;
  readonly line?: number;
  readonly column?: number;
  readonly fields?: string[];
  readonly columns?: string[];
}
type Told = Exclude<keyof RunCause, 'code'>;

const told = { kind: 'string', step: 'number', line: 'number', column: 'number', fields: 'names', columns: 'names' } as const;
export type ToldOf = readonly Told[];

/** A refusal's code, and of its details those that this kind of runs tells. */
export function causeOf({ code, details }: Refusal, names: ToldOf): RunCause {
  const parts = names.flatMap((name): [Told, unknown][] => {
    const value = details[name];
    if (told[name] === 'names') return Array.isArray(value) ? [[name, value.map(String)]] : [];
    return typeof value === told[name] ? [[name, value]] : [];
  });
  return { code, ...Object.fromEntries(parts) };
}
