/** What has been started, ended in the opposite order. One part that cannot be ended does not keep the others from it. */
export class Teardown {
  private readonly parts: (() => Promise<unknown>)[] = [];
  private ending: Promise<void> | undefined;

  add(stop: () => Promise<unknown>): void {
    this.parts.push(stop);
  }

  /** May be called more than once: everyone waits for the same end. */
  readonly end = (): Promise<void> => (this.ending ??= this.endAll());

  private async endAll(): Promise<void> {
    for (const stop of this.parts.reverse()) await stop().catch(() => undefined);
  }
}
