import 'reflect-metadata';
import { runProcess } from '../composition/process.js';
import { startWorker } from './app.js';

await runProcess('worker', async (platform) => {
  const stop = await startWorker(platform);
  platform.log.info('worker.started');
  return stop;
});
