import { begin } from '../composition/begin.js';

await begin('operator', () => import('./serve.js'));
