import 'reflect-metadata';
import { runProcess } from '../composition/process.js';
import { startApi } from './app.js';
import { WaitingRoom } from '../composition/waiting-room.js';

await runProcess(
  'api',
  async (platform) => {
    const api = await startApi(platform);
    platform.log.info('api.listening', { url: api.url });
    return () => api.close();
  },
  ({ http }) => new WaitingRoom(http),
);
