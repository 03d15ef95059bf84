/**
 * Reads a command's options. `--help` prints the help and ends with 0; a wrong option says so beside it and ends with 2.
 * @param parse a call of parseArgs.
 */
export function readOptions<T extends { readonly values: { readonly help?: boolean } }>(help: string, parse: () => T): T['values'] {
  let values: T['values'];
  try {
    ({ values } = parse());
  } catch (fault) {
    return wrongUsage(help, fault instanceof Error ? fault.message : 'wrong options');
  }
  if (values.help !== true) return values;
  process.stdout.write(help);
  process.exit(0);
}

export function wrongUsage(help: string, what: string): never {
  process.stderr.write(`${what}\n\n${help}`);
  process.exit(2);
}
