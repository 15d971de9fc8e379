export { Exchange } from './exchange';
export { Refused } from './refused';
export type { Application, Asset, Check, Entry, Holder, Holding, Order, Prospectus, Transfer, Version } from './types';
