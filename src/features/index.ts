export type { Features } from './features.js';
export type { RoutingRequest } from './request.js';
