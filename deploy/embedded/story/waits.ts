/** What a wait was told while its condition did not hold yet; the last stands in the failure. */
export type Saw = (answer: string) => void;

/** Called with a condition's name before it is first looked at, e.g. to arrive late there. */
export type BeforeWait = (condition: string) => Promise<void>;

const everyMs = 200;

/** What was expected and what the system answered instead, in one line. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}

/**
 * The one place where the story waits: asks until a named condition holds, which is the one that the next step needs.
 * @param look answers undefined or false while the condition does not hold, and may say by `saw` what it found instead
 * @throws UnexpectedAnswer naming the condition and what was answered last.
 */
export async function until<T>(
  condition: string,
  look: (saw: Saw) => Promise<T | undefined | false>,
  { seconds = 60, beforeWait }: { readonly seconds?: number; readonly beforeWait?: BeforeWait | undefined } = {},
): Promise<T> {
  await beforeWait?.(condition);
  const deadline = Date.now() + seconds * 1000;
  let last = '';
  for (;;) {
    const seen = await look((answer) => (last = answer));
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > deadline)
      throw new UnexpectedAnswer(
        `expected ${condition} within ${String(seconds)} s; ${last === '' ? 'it did not come' : `answered ${last}`}`,
      );
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
