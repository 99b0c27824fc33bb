int tree;
