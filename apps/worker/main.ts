import { begin } from '../composition/begin.js';

await begin('worker', () => import('./serve.js'));
