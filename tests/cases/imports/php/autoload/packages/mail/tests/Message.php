<?php
// A stand-in: it has the name of another class, and composer.json tells which of them is meant.
namespace Mail;

class Message {}
