import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @type {import('next').NextConfig} */
export default {
  output: 'standalone',
  // The packages lie outside a portal's folder, and their TypeScript is compiled with it.
  outputFileTracingRoot: fileURLToPath(new URL('../..', import.meta.url)),
  transpilePackages: ['@ois/portal', '@ois/sdk'],
  // What a package imports is in the node_modules of the portal that is built; beside the package there are none.
  webpack: (config) => {
    config.resolve.modules.unshift(join(process.cwd(), 'node_modules'));
    return config;
  },
  eslint: { ignoreDuringBuilds: true },
  images: { unoptimized: true },
  outputFileTracingExcludes: { '*': ['**/node_modules/{sharp,@img,typescript}/**'] }, // 28 MB that no page uses
  poweredByHeader: false,
  // A third less memory at the peak of a build, in the same time.
  experimental: { cpus: 1, webpackMemoryOptimizations: true },
};
