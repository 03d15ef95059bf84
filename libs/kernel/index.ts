export * from './canonical.js';
export * from './clock.js';
export * from './digest.js';
export * from './ids.js';
export * from './refusal.js';
export * from './transitions.js';
