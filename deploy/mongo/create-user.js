/**
 * The service's own user in the MongoDB of compose.yaml: it reads and writes its database, indexes
 * included, and nothing else. The mongo image runs this once, in that database, while it is empty.
 */
db.createUser({ user: 'authapi', pwd: process.env.MONGO_PASSWORD, roles: ['readWrite'] });
