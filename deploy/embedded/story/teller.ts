/** Evidence of a step: what the system showed, in ids, counts, digests and answers; never a raw value. */
export type Evidence = Record<string, unknown>;

export interface StepReport {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly evidence: Evidence;
}

export interface StoryReport {
  readonly ok: boolean;
  readonly steps: readonly StepReport[];
  readonly receipt: unknown;
  readonly certificate: unknown;
}

/** Runs the steps in order, times them, prints each as it ends. A step that fails ends the story: what follows rests on it. */
export class Teller {
  readonly steps: StepReport[] = [];
  constructor(
    private readonly print: (line: string) => void,
    /** Done while a step runs; the step fails with it. For trying what a story survives. */
    private readonly meanwhile: (step: string) => Promise<void> = () => Promise.resolve(),
  ) {}

  get ok(): boolean {
    return this.steps.every((step) => step.ok);
  }

  async step(name: string, work: () => Promise<Evidence>): Promise<void> {
    if (!this.ok) return;
    const started = performance.now();
    try {
      const [evidence] = await Promise.all([work(), this.meanwhile(name)]);
      this.tell({ name, ok: true, ms: 0, evidence }, started);
    } catch (fault) {
      this.tell({ name, ok: false, ms: 0, evidence: { failure: oneLine(fault) } }, started);
    }
  }

  private tell(step: StepReport, started: number): void {
    const timed = { ...step, ms: Math.round(performance.now() - started) };
    this.steps.push(timed);
    const seconds = (timed.ms / 1000).toFixed(1);
    if (!timed.ok) {
      this.print(`✗ ${timed.name}  (${seconds} s): ${String(timed.evidence['failure'])}`);
      return;
    }
    this.print(`✓ ${timed.name}  (${seconds} s)`);
    for (const [name, value] of Object.entries(timed.evidence)) this.print(`    ${name}: ${short(value)}`);
  }
}

/** A failure as one readable line: what was expected, and what was answered. */
const oneLine = (fault: unknown): string => short((fault instanceof Error ? fault.message : 'failed').replaceAll(/\s+/g, ' '), 400);

const short = (value: unknown, most = 160): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
};
