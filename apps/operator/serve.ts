import 'reflect-metadata';
import { runProcess } from '../composition/process.js';
import { startOperator } from './app.js';

await runProcess('operator', async (platform) => {
  const stop = await startOperator(platform);
  platform.log.info('operator.started');
  return stop;
});
