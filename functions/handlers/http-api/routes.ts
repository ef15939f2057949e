/** What the gateway hands to the API: with a token, and without one. What is named exactly comes before what is named by a star. */
export const apiRoutes = {
  signedIn: ['/v1/{proxy+}', '/api/{proxy+}'],
  open: ['/openapi.json'],
} as const;
