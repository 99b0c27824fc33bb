require(['./data.json']);
