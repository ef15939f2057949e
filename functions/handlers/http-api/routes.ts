/** What the gateway hands to the API: with a token, and without one. */
export const apiRoutes = {
  signedIn: ['/v1/{proxy+}', '/api/{proxy+}'],
  open: ['/openapi.json'],
} as const;
