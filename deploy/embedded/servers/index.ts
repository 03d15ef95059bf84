export { ensureControlPlane, startControlPlane, type ControlPlane, type ControlPlaneOptions } from './control-plane.js';
export { startKeycloak, type KeycloakServer } from './keycloak.js';
export { startOpenBao, type OpenBao, type OpenBaoOptions } from './openbao.js';
export { startPostgres, type Postgres, type PostgresOptions } from './postgres.js';
export { createDatabase, createRole, urlOf } from './postgres-roles.js';
export { startRedis, type Redis } from './redis.js';
export { startVersitygw, type ObjectStore } from './versitygw.js';
export { NoClusterError, progressLine, ToolUnavailableError, type Report, type ToolProgress } from '../tools/index.js';
