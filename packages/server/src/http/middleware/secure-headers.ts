import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { PublicAddress } from '../public-address.ts';

/**
 * The security headers of every response. Those that only make sense over https would break a page on a plain-http LAN address,
 * and are sent when PUBLIC_URL is https alone.
 */
export function secureHeaders(address: PublicAddress): RequestHandler {
  const { isSecure } = address;
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        // Images in answers are never fetched by themselves: a model could send data away in their addresses.
        'img-src': ["'self'", 'data:', 'blob:'],
        'connect-src': ["'self'"],
        'manifest-src': ["'self'"],
        'worker-src': ["'self'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
        'require-trusted-types-for': ["'script'"],
        ...(isSecure && { 'upgrade-insecure-requests': [] }),
      },
    },
    strictTransportSecurity: isSecure,
    crossOriginOpenerPolicy: isSecure,
    originAgentCluster: isSecure,
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
}
