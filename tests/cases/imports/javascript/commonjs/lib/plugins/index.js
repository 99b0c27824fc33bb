throw new Error('main comes before index');
