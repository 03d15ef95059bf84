export interface ToolProgress {
  readonly tool: string;
  readonly state: 'building' | 'waiting' | 'built' | 'installing' | 'installed';
  /** Since this state began. */
  readonly seconds: number;
  /** How many seconds it usually takes where nothing is cached. */
  readonly usual: number;
}

/** One line for people, the same wherever a start is watched. */
export const progressLine = ({ tool, state, seconds, usual }: ToolProgress): string => {
  const waited = state === 'waiting' ? 'another process is building it' : state;
  return state === 'built' || state === 'installed'
    ? `${tool}: ${state} in ${seconds} s`
    : `${tool}: ${waited}, ${seconds} s (usually about ${usual} s, once)`;
};

export type Report = (progress: ToolProgress) => void;

/** Reports once at the start, then every ten seconds while `work` runs. */
export async function reporting<T>(
  report: Report,
  tool: string,
  usual: number,
  states: readonly ['building' | 'installing', 'built' | 'installed'],
  work: () => Promise<T>,
): Promise<T> {
  const begun = Date.now();
  const say = (state: ToolProgress['state']) => {
    report({ tool, state, seconds: Math.round((Date.now() - begun) / 1_000), usual });
  };
  say(states[0]);
  const ticking = setInterval(say, 10_000, states[0]);
  try {
    const result = await work();
    say(states[1]);
    return result;
  } finally {
    clearInterval(ticking);
  }
}
