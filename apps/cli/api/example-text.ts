import { stringify } from 'yaml';
import type { Format } from '../output.js';
import { Examples } from './example.js';
import type { Operation, Schema } from './operations.js';

/**
 * An example body of an act, to be written to a file and filled in: YAML, with the members that may be left out as comments, or JSON where that
 * is asked for.
 */
export function exampleText(operation: Operation, schemas: Readonly<Record<string, Schema>>, format: Format, today: string): string {
  const examples = new Examples({ schemas, today });
  const body = examples.of(operation.bodySchema);
  if (format === 'json') return `${JSON.stringify(body, null, 2)}\n`;
  const { noun, verb } = operation.command;
  const places = operation.pathFields.map(({ name }) => ` <${name}>`).join('');
  const head = `# opdomain ${noun} ${verb}${places} --file FILE\n# ${operation.summary.en} ${operation.summary.zh}\n`;
  return head + commented(operation, body) + optional(operation, examples, body);
}

function commented(operation: Operation, body: unknown): string {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return stringify(body);
  return Object.entries(body as Readonly<Record<string, unknown>>)
    .map(([name, value]) => {
      const field = operation.bodyFields.find((one) => one.name === name);
      const choices = field === undefined || field.choices.length < 2 ? '' : ` ${field.choices.join(' | ')}`;
      const said = `${field?.description ?? ''}${choices}`.trim();
      return `${said === '' ? '' : `# ${said}\n`}${stringify({ [name]: value })}`;
    })
    .join('');
}

/** What may be left out, each ready to be taken in by taking the mark away. */
function optional(operation: Operation, examples: Examples, body: unknown): string {
  const there = new Set(typeof body === 'object' && body !== null ? Object.keys(body) : []);
  const left = operation.bodyFields.filter(({ name }) => !there.has(name));
  if (left.length === 0) return '';
  const properties = (examples.resolved(operation.bodySchema)['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const lines = left.flatMap(({ name }) =>
    stringify({ [name]: examples.of(properties[name], name) })
      .trimEnd()
      .split('\n'),
  );
  return `# may be left out 可省略：\n${lines.map((line) => `# ${line}\n`).join('')}`;
}
