<?php
namespace Mail;

class Message {}
