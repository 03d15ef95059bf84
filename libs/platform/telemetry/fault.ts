/** What may be said of an unexpected error: its name, code and where it was thrown. Its message may quote a value and is left out (AUD-08). */
export function describeFault(error: unknown): { name: string; code?: string; at?: string[] } {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = (error as { code?: unknown }).code;
  const at = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim().replace(/^at /, ''));
  return { name: error.name, ...(typeof code === 'string' ? { code } : {}), at };
}
