declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  /** https://swagger.io/docs/open-source-tools/swagger-ui/usage/configuration/ */
  const swaggerUi: (options: {
    url: string;
    domNode: HTMLElement;
    deepLinking: boolean;
    defaultModelsExpandDepth: number;
    displayRequestDuration: boolean;
    docExpansion: 'list' | 'full' | 'none';
    persistAuthorization: boolean;
    tryItOutEnabled: boolean;
    validatorUrl: null;
    queryConfigEnabled: boolean;
  }) => void;
  export default swaggerUi;
}
