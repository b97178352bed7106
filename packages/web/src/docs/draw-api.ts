import SwaggerUi from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import 'swagger-ui-dist/swagger-ui.css';

/** Draws the server's own description of its API, with forms to try it by. Everything comes from this server. */
export function drawApi(root: HTMLElement): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
  dark.addEventListener('change', follow);
  follow();
  SwaggerUi({
    url: '/openapi.json',
    domNode: root,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    docExpansion: 'list',
    // A token that is put in here is forgotten with the page.
    persistAuthorization: false,
    tryItOutEnabled: true,
    // Nobody else is asked whether the description is valid, and no address can bring another one.
    validatorUrl: null,
    queryConfigEnabled: false,
  });
}
