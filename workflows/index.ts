export { batch } from './batch.ts';
export { delivery } from './delivery.ts';
export { intake } from './intake.ts';
