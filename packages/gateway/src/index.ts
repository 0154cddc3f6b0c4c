export { createGateway, type Gateway } from './gateway.js';
export { GatewayError } from './gateway-error.js';
export type { GatewayOptions, GatewayProgress } from './gateway-options.js';
export { LevelStore } from './store/level-store.js';
export { version } from './version.js';
