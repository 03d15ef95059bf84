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

  /** At most nine digits at a time keep within 32 bits. */
  digits(count: number): string {
    let text = '';
    for (let left = count; left > 0; left -= 9) {
      const length = Math.min(left, 9);
      text += String(this.int(10 ** length)).padStart(length, '0');
    }
    return text;
  }
}
