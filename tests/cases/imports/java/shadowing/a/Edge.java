package a;

public class Edge {}
