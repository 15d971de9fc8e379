export { default } from '@ois/portal/vitest.config';
