package a;

public class Node {}
