import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = { target: 'http://127.0.0.1:3000', ws: true };

export default defineConfig({
  plugins: [react(), tailwindcss()],
  server: { proxy: { '/api': server, '/v1': server, '/healthz': server } },
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    // A data: URL would be refused by the page's Content-Security-Policy for scripts and styles.
    assetsInlineLimit: 0,
    sourcemap: false,
    // The polyfill is an inline-able script for browsers that predate everything else the page needs.
    modulePreload: { polyfill: false },
  },
});
