/** The attributes that the table itself knows: its keys, both text, and the one by which DynamoDB sweeps. */
export const tableKeys = { partition: 'pk', sort: 'sk', timeToLive: 'ttl' } as const;
