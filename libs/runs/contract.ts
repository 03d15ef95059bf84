import { z } from 'zod';
import { runStates } from './domain/run-states.js';

export { openRunStates, runTransitions } from './domain/run-states.js';

export const RunState = z.enum(runStates);
export type RunState = z.infer<typeof RunState>;
