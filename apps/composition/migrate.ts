import { begin } from './begin.js';

await begin('migrate', () => import('./migrating.js'));
