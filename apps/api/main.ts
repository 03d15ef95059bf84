import { begin } from '../composition/begin.js';

await begin('api', () => import('./serve.js'));
