/** A small deterministic generator (splitmix32): the same seed gives the same samples on every machine. For samples only, never for secrets. */
export class SeededRandom {
  constructor(private state: number) {}

  /** A whole number from 0 up to, not including, `below`. */
  int(below: number): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return Math.floor((((z ^ (z >>> 15)) >>> 0) / 2 ** 32) * below);
  }

  chance(share: number): boolean {
    return this.int(1_000_000) < share * 1_000_000;
  }

  pick<T>(of: readonly T[]): T {
    const found = of[this.int(of.length)];
    if (found === undefined) throw new RangeError('nothing to pick from');
    return found;
  }

  digits(count: number): string {
    return Array.from({ length: count }, () => String(this.int(10))).join('');
  }
}
