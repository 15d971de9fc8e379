export { default } from '@ois/portal/next.config';
