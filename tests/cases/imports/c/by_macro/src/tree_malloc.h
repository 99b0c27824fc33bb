int tree_malloc;
