import { CommandEnded, exitCodes } from '../exit-codes.js';
import type { Field, Operation } from './operations.js';

/** What was typed for one act. */
export interface Typed {
  readonly positional: readonly string[];
  /** By option name without dashes, as typed. */
  readonly options: Readonly<Record<string, string | undefined>>;
  /** A whole body; single options are laid over it. */
  readonly body?: unknown;
}
export interface ActRequest {
  readonly method: string;
  /** Path and query below the server's address. */
  readonly path: string;
  readonly body?: unknown;
}

const usage = (message: string) => new CommandEnded(exitCodes.usage, message);

/** Turns what was typed into the request of an act. @throws CommandEnded (2) naming the option that does not fit. */
export function requestOf(operation: Operation, typed: Typed): ActRequest {
  const path = operation.pathFields.reduce((filled, { name }, at) => {
    const value = typed.positional[at] ?? '';
    // A URL swallows these, and the request would go to another route.
    if (value === '' || value.split('/').some((part) => part === '.' || part === '..')) throw usage(`<${name}>: ${value}`);
    // What takes the rest of a path takes it as it is.
    return filled.replace(`{${name}}`, name === 'path' ? value : encodeURIComponent(value));
  }, operation.path);
  const query = new URLSearchParams();
  for (const field of operation.queryFields) {
    const value = typed.options[field.option];
    if (value !== undefined) query.set(field.name, value);
  }
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  const request = { method: operation.method, path: path + search };
  return operation.hasBody ? { ...request, body: bodyOf(operation, typed) } : request;
}

function bodyOf({ bodyFields, pathFields, queryFields }: Operation, { options, body }: Typed): unknown {
  const taken = new Set([...pathFields, ...queryFields].map(({ option }) => option));
  const whole = body === undefined ? {} : body;
  const single = bodyFields.filter(({ option }) => options[option] !== undefined && !taken.has(option));
  if (single.length === 0) return whole;
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole))
    throw usage('--file: must hold an object to be completed by options 文件内容须为对象');
  return { ...whole, ...Object.fromEntries(single.map((field) => [field.name, valueOf(field, options[field.option] ?? '')])) };
}

/** A typed value as its schema wants it. `null` is null for everything but a plain text. */
export function valueOf(field: Field, text: string): unknown {
  const fails = (what: string) => usage(`--${field.option}: ${what}`);
  switch (field.kind) {
    case 'string':
      return text;
    case 'number':
      if (text === 'null') return null;
      if (text.trim() === '' || !Number.isFinite(Number(text))) throw fails('a number is needed 须为数字');
      return Number(text);
    case 'boolean':
      if (!['true', 'false', 'null'].includes(text)) throw fails('true or false 须为 true 或 false');
      return JSON.parse(text) as unknown;
    case 'json':
      return looksLikeJson(text) ? jsonOf(`--${field.option}`, text) : text;
  }
}

const looksLikeJson = (text: string): boolean => /^\s*([[{"]|-?\d|true$|false$|null$)/.test(text);

function jsonOf(option: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw usage(`${option}: not JSON 不是 JSON`);
  }
}
