import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { type Plugin, defineConfig } from 'vite';

const server = { target: 'http://127.0.0.1:3000', ws: true };

/** Every browser that runs the page reads WOFF2: KaTeX's other fonts are left out. */
const onlyWoff2: Plugin = {
  name: 'only-woff2',
  enforce: 'pre',
  transform(code, id) {
    if (!id.includes('katex.min.css')) return undefined;
    return code.replaceAll(/,url\([^)]+\) format\("(?:woff|truetype)"\)/g, '');
  },
};

/** What every screen needs: many small files, which are smaller in one. */
const base =
  /web\/src\/(api\/(conversation-requests|request-json|session-context)|ui\/(announcement|blank-state|compile-message|field-text|format|icon|link|load-patiently|navigation|route|say-error|stored-value|text|text-draft|text-field|theme))\.tsx?$/;

export default defineConfig({
  plugins: [react(), tailwindcss(), onlyWoff2],
  // Its parts are fetched when they are asked for.
  worker: { format: 'es' },
  server: { proxy: { '/api': server, '/v1': server, '/healthz': server, '/openapi.json': server } },
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    // A data: URL would be refused by the page's Content-Security-Policy for scripts and styles.
    assetsInlineLimit: 0,
    sourcemap: false,
    // The forms of /docs, which are fetched there alone.
    chunkSizeWarningLimit: 1600,
    // The polyfill is an inline-able script for browsers that predate everything else the page needs.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index.html', 'docs.html'],
      output: { codeSplitting: { groups: [{ name: 'base', test: base }] } },
    },
  },
});
